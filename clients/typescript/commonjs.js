// Node.js reads the files of a folder as CommonJS where a package.json there says so.
import { writeFileSync } from "node:fs";

writeFileSync("dist/cjs/package.json", '{"type": "commonjs"}\n');
