package modelspec

import "strings"

// nearest is the known key that was probably meant, "" if none is close.
func nearest(key string, known map[string]field) string { return Closest(key, sortedKeys(known)) }

// Closest gives the word that was probably meant: within half of its length, at
// most three edits away, whatever the case. "" if there is none.
func Closest(word string, words []string) string {
	best, at := "", min(3, max(1, len(word)/2))+1
	for _, w := range words {
		if d := distance(strings.ToLower(word), strings.ToLower(w)); d < at {
			best, at = w, d
		}
	}
	return best
}

// distance counts insertions, deletions, replacements and swaps of neighbours.
func distance(a, b string) int {
	if len(a) > 64 {
		return len(a)
	}
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}

func join(words []string) string { return strings.Join(words, ", ") }
