import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";

const ROOT = join(import.meta.dirname, "../../static/js");

/** Each module with those it imports, now or later. */
function imports() {
  const files = readdirSync(ROOT, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".js"));
  return new Map(
    files.map((file) => {
      const code = readFileSync(join(ROOT, file), "utf8").replace(/\/\*[^]*?\*\//g, "");
      const found = code.matchAll(/(?:from\s*|import\s*\(?\s*)"(\.[^"]+)"/g);
      return [file, [...found].map(([, path]) => normalize(join(dirname(file), path)))];
    }),
  );
}

test("no module imports itself in a circle: the name of each holds a hash of what it says, names and all", () => {
  const graph = imports();
  const done = new Set();
  const walk = (file, way) => {
    assert.ok(!way.includes(file), [...way.slice(way.indexOf(file)), file].join(" → "));
    if (done.has(file)) return;
    for (const next of graph.get(file) ?? []) walk(next, [...way, file]);
    done.add(file);
  };
  for (const file of graph.keys()) walk(file, []);
  assert.ok(done.size > 100);
});
