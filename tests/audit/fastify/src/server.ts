import Fastify from "fastify";

const app = Fastify();
app.get("/healthz", async () => "ok");
await app.listen({ host: "0.0.0.0", port: 8080 });
