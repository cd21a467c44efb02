// before the region
// #region mix
export function mix(water: number) {
  // #region inner
  return water * 2
  // #endregion inner
}
// #endregion mix
// behind the region
