package nn

import (
	"runtime"
	"sync/atomic"
)

// pressure counts memory that Go's collector does not see. Intermediate results
// of interpreted code are freed by the collector alone; without a hint it would
// let gigabytes of them pile up, because the handles are small.
var pressure memory

type memory struct{ since atomic.Int64 }

// collectAfter is how many new bytes make a collection worth its time.
const collectAfter = 512 << 20

// add notes new memory.
func (m *memory) add(n int64) {
	if m.since.Add(n) > collectAfter {
		m.since.Store(0)
		go runtime.GC()
	}
}
