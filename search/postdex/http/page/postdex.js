/* A search box for any page, and the parts that the service's own page (page.js) is made of.

     <script src="https://host/postdex.js" data-endpoint="https://host" defer></script>

   puts <postdex-search> where it stands, unless the page has written that element somewhere itself.

   No build step, no framework, no request to anywhere but the service, which puts the files named here in place. */
"use strict";
(() => {

const MESSAGES = /* messages.json */;
const STYLE = /* box/box.css */;
const SERVICE = /* service.json */;  // what it wants to know: `clicks`

/* box/text.js */
/* box/asking.js */
/* box/rows.js */
/* box/finder.js */
/* box/element.js */

})();
