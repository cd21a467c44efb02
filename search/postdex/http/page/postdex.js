/* A search box for any page, and the parts that the service's own page (page.js) is made of.

     <script src="https://host/postdex.js" data-endpoint="https://host" defer></script>
     <script src="/postdex/postdex.js" data-index="/postdex/" defer></script>

   puts <postdex-search> where it stands, unless the page has written that element somewhere itself. The second one asks no service,
   but files that `postdex export --static` has made.

   No build step, no framework, no request to anywhere but the service, which puts the files named here in place. */
"use strict";
(() => {

const MESSAGES = /* messages.json */;
const STYLE = /* box/box.css */;
const SERVICE = /* service.json */;  // what it wants to know, `clicks`; whether it is none but files, `files`

/* box/text.js */
/* box/asking.js */
/* box/published.js */
/* box/rows.js */
/* box/finder.js */
/* box/element.js */

})();
