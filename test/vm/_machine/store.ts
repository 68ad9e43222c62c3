/** What is made once and kept between runs of the suite: the emulator and the machines' image. */
export const STORE = process.env['STACKRUN_VM'] ?? '/var/tmp/stackrun-vm'
