package ops

import "github.com/nngen-go/nngen/internal/tensor"

// length is the size of a range over an axis of size d.
func (i IndexItem) length(d tensor.Dim) tensor.Dim {
	if i.whole() {
		return d
	}
	if i.dynamic() {
		return tensor.Unknown
	}
	if n, ok := d.Const(); ok {
		start, stop := i.bounds(n)
		return tensor.N(rangeLength(start, stop, i.Step))
	}
	if i.Step == -1 && !i.HasStart && !i.HasStop {
		return d
	}
	if i.Step != 1 {
		return tensor.Unknown
	}
	return i.symbolicLength(d)
}

// symbolicLength gives what holds for every size that the range lies within:
// "k:" and ":-k" leave k out, "-1:" is one.
func (i IndexItem) symbolicLength(d tensor.Dim) tensor.Dim {
	fromStart := !i.HasStart || i.Start >= 0
	switch {
	case fromStart && !i.HasStop:
		return d.Sub(tensor.N(i.Start))
	case fromStart && i.Stop < 0:
		return d.Sub(tensor.N(i.Start - i.Stop))
	case !fromStart && !i.HasStop && i.Start == -1:
		return tensor.N(1)
	case i.HasStop && i.HasStart && (i.Start < 0) == (i.Stop < 0) && i.Stop <= i.Start, i.HasStop && i.Stop == 0:
		return tensor.N(0)
	}
	return tensor.Unknown
}

// bounds clamps the ends of a range to an axis of size n, as Python's slices do.
func (i IndexItem) bounds(n int64) (start, stop int64) {
	low, high := int64(0), n
	start, stop = 0, n
	if i.Step < 0 {
		low, high = -1, n-1
		start, stop = n-1, -1
	}
	clamp := func(v int64) int64 {
		if v < 0 {
			v += n
		}
		return min(max(v, low), high)
	}
	if i.HasStart {
		start = clamp(i.Start)
	}
	if i.HasStop {
		stop = clamp(i.Stop)
	}
	return start, stop
}

func rangeLength(start, stop, step int64) int64 {
	if step < 0 {
		start, stop, step = stop, start, -step
	}
	if stop <= start {
		return 0
	}
	return (stop - start + step - 1) / step
}
