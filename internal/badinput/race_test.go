//go:build race

package badinput

// detector reports whether the race detector is built in: what it notes of each
// coroutine stays, so memory tells nothing.
const detector = true
