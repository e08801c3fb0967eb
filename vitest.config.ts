import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    testTimeout: 120_000,
    // Two model-heavy files at once would fight for the same cores and memory.
    maxWorkers: 2,
  },
});
