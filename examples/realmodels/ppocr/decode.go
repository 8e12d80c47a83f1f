package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
)

// alphabet is what the model's classes stand for: class 0 is "nothing new here",
// then the characters of keys.txt, then a space.
type alphabet []string

func readAlphabet(path string) (alphabet, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the characters: %w", err)
	}
	defer f.Close()
	a := alphabet{""}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		a = append(a, strings.TrimRight(lines.Text(), "\r"))
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read the characters: %w", err)
	}
	return append(a, " "), nil
}

// text joins the classes of the steps along a line: repeated ones count once, 0 parts them.
func (a alphabet) text(path []int64) string {
	var b strings.Builder
	before := int64(0)
	for _, c := range path {
		if c != before && c > 0 && int(c) < len(a) {
			b.WriteString(a[c])
		}
		before = c
	}
	return b.String()
}

// edits is the least number of characters to insert, delete or replace to get from a to b.
func edits(a, b string) int {
	x, y := []rune(a), []rune(b)
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		corner := row[0]
		row[0] = i + 1
		for j := range y {
			d := corner
			if x[i] != y[j] {
				d++
			}
			corner = row[j+1]
			row[j+1] = min(d, row[j]+1, corner+1)
		}
	}
	return row[len(y)]
}
