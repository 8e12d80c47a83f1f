package schedule

import "github.com/nngen-go/nngen/modelspec"

// Moment is one place in the run where mediators can be served.
type Moment struct {
	Address   string // "transformer.h.5.output"
	Visit     int    // which call of the module
	Visits    int    // calls of the module in one forward; 0 means 1
	Tensor    string
	Exit      bool  // a swap is seen by everything after; else by Consumers alone
	Consumers []int // nodes of the entered module that read Tensor, in file order
}

// Moments takes what the scheduler needs from a spec's timeline, index by index.
func Moments(timeline []modelspec.Moment) []Moment {
	out := make([]Moment, len(timeline))
	for i, m := range timeline {
		out[i] = Moment{
			Address: m.Address(), Visit: m.Point.Visit, Visits: m.Module.Visits, Tensor: m.Point.Tensor,
			Exit: m.Side == modelspec.SideOutput, Consumers: m.Point.Consumers,
		}
	}
	return out
}

// sees reports whether a read at m is reached by a swap at the earlier moment w.
func (m Moment) sees(w Moment) bool {
	if w.Tensor != m.Tensor {
		return false
	}
	if w.Exit || m.Exit {
		return w.Exit
	}
	for _, c := range w.Consumers {
		if len(m.Consumers) > 0 && c == m.Consumers[0] {
			return true
		}
	}
	return false
}
