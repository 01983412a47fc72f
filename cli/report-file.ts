/** `json=out.json` for one of several targets: `json=out.NAME.json`, so that none overwrites another. */
export function reportFile(report: string, name: string): string {
  const equals = report.indexOf("=");
  if (equals < 0) return report;
  const file = report.slice(equals + 1);
  const dot = file.lastIndexOf(".");
  const named = dot > file.lastIndexOf("/") ? `${file.slice(0, dot)}.${name}${file.slice(dot)}` : `${file}.${name}`;
  return `${report.slice(0, equals)}=${named}`;
}
