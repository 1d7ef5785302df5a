// Times and lengths in words. The data's times are wall clock times in its zone, as
// milliseconds that read right in UTC.

const two = (n) => String(n).padStart(2, "0");

export function minute(wall) {
  const t = new Date(wall);
  return `${day(wall)} ${two(t.getUTCHours())}:${two(t.getUTCMinutes())}`;
}

export const day = (wall) => new Date(wall).toISOString().slice(0, 10).replace(/^\+0*/, "");

const counted = (n, thing) => `${n} ${thing}${n === 1 ? "" : "s"}`;

// length formats seconds in the two largest units.
export function length(seconds) {
  const sign = seconds < 0 ? "-" : "";
  const minutes = Math.floor(Math.abs(seconds) / 60);
  const [d, h, m] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60];
  if (d > 0) return sign + counted(d, "day") + (h > 0 ? ` ${counted(h, "hour")}` : "");
  if (h > 0) return sign + counted(h, "hour") + (m > 0 ? ` ${m} min` : "");
  return `${sign}${m} min`;
}
