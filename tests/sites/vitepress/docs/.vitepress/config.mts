import { defineConfig } from 'vitepress'

// Settings are a program: postdex reads the literals in it, and runs nothing.
const name = 'Kiln'

export default defineConfig({
  title: name,
  titleTemplate: ':title · Kiln',
  description: "A small oven for pages", // with a comment behind it
  lang: 'en-GB',
  base: '/kiln/',
  cleanUrls: false,
  srcExclude: ['drafts/**', '**/README.md'],
  ignoreDeadLinks: true,
  lastUpdated: false,
  rewrites: {
    'packages/:pkg/docs/:page': ':pkg/:page',
    'notes/old-name.md': 'notes/new-name.md',
    'en/:rest*': ':rest*',
  },
  locales: {
    root: { label: 'English', lang: 'en-GB' },
    zh: { label: '简体中文', lang: 'zh-CN', title: '窑' },
    /* the third one */
    ko: { label: '한국어', lang: 'ko-KR' },
  },
  markdown: {
    lineNumbers: false,
    container: { tipLabel: 'TIP' },
  },
  themeConfig: {
    nav: [{ text: 'Guide', link: '/guide/', activeMatch: '/guide/' }],
    sidebar: {
      '/guide/': [{ text: 'Start', link: '/guide/getting-started' }],
    },
    search: { provider: 'local' },
  },
  transformPageData(pageData) {
    pageData.frontmatter.head ??= []
  },
})
