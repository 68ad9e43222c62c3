/** `0.4s`, `12.3s`, `2m 05s`, `1h 02m`: as exact as a person wants it. */
export function duration(seconds: number): string {
  if (seconds < 59.95) return `${seconds.toFixed(1)}s`
  const whole = Math.round(seconds)
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${String(minutes)}m ${two(whole % 60)}s`
  return `${String(Math.floor(minutes / 60))}h ${two(minutes % 60)}m`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
