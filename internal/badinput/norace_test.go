//go:build !race

package badinput

const detector = false
