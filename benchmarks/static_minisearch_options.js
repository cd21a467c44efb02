// What MiniSearch indexes and how it searches: as sites that use it have it (VitePress), with titles alone stored.
export const options = {
  fields: ["title", "headings", "tags", "text"],
  storeFields: ["title"],
  searchOptions: { fuzzy: 0.2, prefix: true, boost: { title: 4, headings: 2, tags: 2 } },
};
