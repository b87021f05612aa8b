require("node:http").createServer((_, answer) => answer.end("ok\n")).listen(8080);
