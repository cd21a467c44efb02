// @ts-check
import { defineConfig } from 'astro/config';
import starlight from '@astrojs/starlight';

/** The languages of the guide. */
const locales = {
  root: { label: 'English', lang: 'en' },
  fr: { label: 'Français', lang: 'fr' },
  'zh-cn': { label: '简体中文', lang: 'zh-CN' },
};

export default defineConfig({
  site: 'https://example.org',
  base: '/guide',
  trailingSlash: 'always',
  integrations: [
    starlight({
      title: 'The Guide',
      locales,
      pagefind: false,
      sidebar: [{ label: 'Parts', autogenerate: { directory: 'parts' } }],
    }),
  ],
});
