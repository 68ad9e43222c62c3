/** `4:05`: minutes and seconds since the run began. */
export function clock(milliseconds: number): string {
  const whole = Math.round(milliseconds / 1000)
  return `${String(Math.floor(whole / 60))}:${String(whole % 60).padStart(2, '0')}`
}
