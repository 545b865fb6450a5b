// Says why a file is not ES5, which is about what Espruino takes. Argument: the file.
import { readFileSync } from "node:fs";
import { parse } from "acorn";

parse(readFileSync(process.argv[2], "utf8"), { ecmaVersion: 5 });
