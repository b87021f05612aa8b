require("node:http").createServer((_, answer) => answer.end("ok\n")).listen(8080);
process.on("SIGTERM", () => process.exit(0));
