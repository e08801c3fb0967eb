#!/usr/bin/env node

// On an older Node the modules themselves fail to load, with a stack trace that says nothing of it.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 15)) {
  process.stderr.write(`gner: this is Node ${process.versions.node}; Node 22.15 or newer is needed\n`);
  process.exitCode = 2;
} else {
  const { run } = await import("./program.js");
  process.exitCode = await run(process.argv.slice(2));
}
