import Fastify from "fastify";

const app = Fastify();
app.get("/healthz", async () => ({ ok: true }));
app.get("/berths", async () => [{ id: 1, free: true }]);
process.on("SIGTERM", () => app.close());
await app.listen({ host: "0.0.0.0", port: 8080 });
