// Not used: what the pages need stands in book.js.
