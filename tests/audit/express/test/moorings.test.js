const test = require("node:test");

test("there is nothing to test yet", () => {});
