import { defineConfig } from "vitest/config";

const report = process.env.GNER_TEST_REPORT;

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    testTimeout: 120_000,
    // Two model-heavy files at once would fight for the same cores and memory.
    maxWorkers: 2,
    ...(report === undefined
      ? {}
      : {
          reporters: ["default", ["json", { outputFile: report }]] as [
            "default",
            ["json", { outputFile: string }],
          ],
        }),
  },
});
