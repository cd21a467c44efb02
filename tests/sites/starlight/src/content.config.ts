import { defineCollection } from 'astro:content';
import { docsLoader } from '@astrojs/starlight/loaders';
import { docsSchema } from '@astrojs/starlight/schema';

// Pages that all generators are tried with may have no title, which Starlight insists on.
const loader = docsLoader();
const titled = {
  name: 'titled',
  load: (context) =>
    loader.load({
      ...context,
      parseData: ({ data, ...rest }) =>
        context.parseData({ ...rest, data: { title: headings[rest.id] ?? rest.id, ...data } }),
    }),
};
const headings = {
  'common/no-front-matter': 'A page without front matter',
  'common/no-title': 'The heading is the title',
  'common/no-heading': 'no-heading',
};

export const collections = { docs: defineCollection({ loader: titled, schema: docsSchema() }) };
