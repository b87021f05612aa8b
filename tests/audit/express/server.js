const express = require("express");

const app = express();
app.get("/", (_, answer) => answer.json({ moorings: 12 }));
app.get("/healthz", (_, answer) => answer.send("ok"));
app.listen(process.env.PORT ?? 3000);
