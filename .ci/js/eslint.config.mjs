import js from "@eslint/js";
import globals from "globals";

export default [
  js.configs.recommended,
  {
    languageOptions: { globals: globals.browser },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "consistent-return": "off", // a handler may end early
      "eqeqeq": "error",
      "no-implicit-globals": "error",
      "no-shadow": "error",
      "no-unused-vars": ["error", { argsIgnorePattern: "^_$" }],
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-arrow-callback": "error",
      "prefer-const": "error",
    },
  },
  { files: ["**/first.js", "**/language.js", "**/memory.js", "**/tell.js"], languageOptions: { sourceType: "script" } }, // in the page's head, before all modules
  { files: ["**/*.mjs"], languageOptions: { globals: globals.node } },
];
