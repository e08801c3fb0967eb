/** The Python that has the trainer installed, by `GNER_PYTHON`. CI must bring one; elsewhere its tests are skipped. */
export const python = process.env.GNER_PYTHON ?? "";

/** For `it.skipIf`: says what it skips, and fails in CI. */
export function noPython(): boolean {
  if (python !== "") return false;
  if (process.env.CI) throw new Error("GNER_PYTHON must name a Python with src/tuning/trainer installed");
  console.warn("skipping: GNER_PYTHON names no Python with src/tuning/trainer installed");
  return true;
}
