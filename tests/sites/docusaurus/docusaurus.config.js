// @ts-check
const lastVersion = '2.0';

/** @type {import('@docusaurus/types').Config} */
const config = {
  title: 'The Handbook',
  url: 'https://example.org',
  baseUrl: '/handbook/',
  onBrokenLinks: 'ignore',
  onBrokenAnchors: 'ignore',
  markdown: {
    format: 'detect',
    hooks: { onBrokenMarkdownLinks: 'ignore', onBrokenMarkdownImages: 'ignore' },
  },
  i18n: { defaultLocale: 'en', locales: ['en', 'fr'] },
  presets: [
    [
      'classic',
      /** @type {import('@docusaurus/preset-classic').Options} */
      ({
        docs: { sidebarPath: undefined, lastVersion, editUrl: ({ docPath }) => `https://example.org/edit/${docPath}` },
        blog: { routeBasePath: 'news', onUntruncatedBlogPosts: 'ignore', onInlineTags: 'ignore', onInlineAuthors: 'ignore' },
      }),
    ],
  ],
  plugins: [
    ['@docusaurus/plugin-content-docs', { id: 'community', path: 'community', routeBasePath: 'people' }],
  ],
};

export default config;
