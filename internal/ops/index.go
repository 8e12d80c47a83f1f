package ops

import (
	"fmt"
	"strconv"
	"strings"
)

// IndexKind says what an item of an index selects.
type IndexKind int

// The kinds of index item.
const (
	IndexRange    IndexKind = iota // "a:b:s", a part of an axis; ":" all of it
	IndexInt                       // "n", one position; the axis is dropped
	IndexEllipsis                  // "...", as many whole axes as are left
	IndexOperand                   // "$", the next index operand
	IndexNew                       // "new", an axis of size 1 that the tensor does not have
	IndexList                      // "[0 5 -1]", positions that are known
)

// IndexItem is one item of an index: the text form that At and SetAt keep in
// their attribute.
type IndexItem struct {
	Kind              IndexKind
	Start, Stop, Step int64 // Start is the position of an IndexInt; Step of a range is never 0
	HasStart, HasStop bool  // of a range: whether that end is given
	// StartOperand and StopOperand: that end of a range is "$", an index operand.
	StartOperand, StopOperand bool
	List                      []int64 // of an IndexList
}

// The items that index texts are made of.
var (
	AllIndex      = IndexItem{Kind: IndexRange, Step: 1}
	EllipsisIndex = IndexItem{Kind: IndexEllipsis}
	OperandIndex  = IndexItem{Kind: IndexOperand}
	NewIndex      = IndexItem{Kind: IndexNew}
)

// ListIndex selects the listed positions.
func ListIndex(list []int64) IndexItem { return IndexItem{Kind: IndexList, List: list} }

// IntIndex selects one position.
func IntIndex(n int64) IndexItem { return IndexItem{Kind: IndexInt, Start: n} }

// RangeIndex selects [start, stop) in steps.
func RangeIndex(start, stop, step int64) IndexItem {
	return IndexItem{Kind: IndexRange, Start: start, Stop: stop, Step: step, HasStart: true, HasStop: true}
}

// whole reports whether the item selects all of an axis, in order.
func (i IndexItem) whole() bool {
	return i.Kind == IndexRange && i.Step == 1 && !i.HasStop && (!i.HasStart || i.Start == 0 && !i.StartOperand)
}

// dynamic reports whether an end of a range is an operand.
func (i IndexItem) dynamic() bool { return i.StartOperand || i.StopOperand }

// String gives the item's text.
func (i IndexItem) String() string {
	switch i.Kind {
	case IndexInt:
		return strconv.FormatInt(i.Start, 10)
	case IndexEllipsis:
		return "..."
	case IndexOperand:
		return operandText
	case IndexNew:
		return newText
	case IndexList:
		return strings.ReplaceAll(fmt.Sprint(i.List), ",", " ")
	}
	end := func(given, operand bool, n int64) string {
		switch {
		case operand:
			return operandText
		case given:
			return strconv.FormatInt(n, 10)
		}
		return ""
	}
	s := end(i.HasStart, i.StartOperand, i.Start) + ":" + end(i.HasStop, i.StopOperand, i.Stop)
	if i.Step != 1 {
		s += ":" + strconv.FormatInt(i.Step, 10)
	}
	return s
}

// FormatIndex gives the text of an index, which ParseIndex reads back.
func FormatIndex(items []IndexItem) string {
	parts := make([]string, len(items))
	for i, it := range items {
		parts[i] = it.String()
	}
	return strings.Join(parts, ",")
}

// The texts of items that are no numbers.
const (
	operandText = "$"
	newText     = "new"
)

// ParseIndex reads an index: items separated by commas, each ":", "n", "a:b",
// "a:b:s" with ends that may be left out or "$", "..." (at most once), "$",
// "new" or a list of positions, "[0 5]".
func ParseIndex(s string) ([]IndexItem, error) {
	if strings.TrimSpace(s) == "" {
		return nil, nil
	}
	var items []IndexItem
	ellipses := 0
	for _, text := range strings.Split(s, ",") {
		it, err := parseItem(strings.TrimSpace(text))
		if err != nil {
			return nil, fmt.Errorf("index %q: %w", s, err)
		}
		if it.Kind == IndexEllipsis {
			ellipses++
		}
		items = append(items, it)
	}
	if ellipses > 1 {
		return nil, fmt.Errorf("index %q: only one ellipsis is allowed", s)
	}
	return items, nil
}

func parseItem(s string) (IndexItem, error) {
	switch s {
	case "...":
		return EllipsisIndex, nil
	case operandText:
		return OperandIndex, nil
	case newText:
		return NewIndex, nil
	}
	if inner, ok := strings.CutPrefix(s, "["); ok {
		return parseList(inner)
	}
	parts := strings.Split(s, ":")
	if len(parts) == 1 {
		n, err := indexNumber(s)
		return IntIndex(n), err
	}
	if len(parts) > 3 {
		return IndexItem{}, fmt.Errorf("%q has too many colons", s)
	}
	it := AllIndex
	var err error
	if it.Start, it.HasStart, it.StartOperand, err = rangeEnd(parts[0]); err != nil {
		return it, err
	}
	if it.Stop, it.HasStop, it.StopOperand, err = rangeEnd(parts[1]); err != nil {
		return it, err
	}
	if len(parts) == 3 {
		step, given, err := optionalNumber(parts[2])
		if err != nil {
			return it, err
		}
		if given && step == 0 {
			return it, fmt.Errorf("%q has step 0", s)
		}
		if given {
			it.Step = step
		}
	}
	return it, nil
}

// parseList reads "0 5 -1]".
func parseList(s string) (IndexItem, error) {
	inner, ok := strings.CutSuffix(s, "]")
	if !ok {
		return IndexItem{}, fmt.Errorf("%q has no end", "["+s)
	}
	list := []int64{}
	for _, text := range strings.Fields(inner) {
		n, err := indexNumber(text)
		if err != nil {
			return IndexItem{}, err
		}
		list = append(list, n)
	}
	return ListIndex(list), nil
}

func rangeEnd(s string) (n int64, given, operand bool, err error) {
	if strings.TrimSpace(s) == operandText {
		return 0, true, true, nil
	}
	n, given, err = optionalNumber(s)
	return n, given, false, err
}

func optionalNumber(s string) (int64, bool, error) {
	if strings.TrimSpace(s) == "" {
		return 0, false, nil
	}
	n, err := indexNumber(strings.TrimSpace(s))
	return n, true, err
}

// maxIndex keeps index arithmetic far from overflow.
const maxIndex = 1 << 53

func indexNumber(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n > maxIndex || n < -maxIndex {
		return 0, fmt.Errorf("%q is no position", s)
	}
	return n, nil
}

// AxisIndex is the text of an index that takes from … to of one axis, which may
// count from the end; all of it if to is 0.
func AxisIndex(axis int, from, to int64) string {
	item := AllIndex
	if to > 0 {
		item = RangeIndex(from, to, 1)
	}
	items := []IndexItem{}
	if axis < 0 {
		items = append(items, EllipsisIndex, item)
		for range -axis - 1 {
			items = append(items, AllIndex)
		}
		return FormatIndex(items)
	}
	for range axis {
		items = append(items, AllIndex)
	}
	return FormatIndex(append(items, item))
}
