// An Express app that says who calls. gatepass.mjs beside it is the README's.
import express from "express";

import { gatepass } from "./gatepass.mjs";

const app = express();
app.use(gatepass);
app.use("/healthz", (req, res) => res.type("text").send("well"));
app.use((req, res) => {
  const c = req.caller, v = c.visitor;
  res.json({
    access: c.access, reason: c.reason, mode: c.mode, pass: c.pass_id, session: c.session_id !== null, scope: c.scope,
    subject: c.subject, data: c.data, visitor: v && [v.email, v.first_name ?? "", v.last_name ?? ""],
  });
});
const server = app.listen(0, "127.0.0.1", () => console.log(server.address().port));
