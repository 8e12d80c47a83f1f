package fuzzguard

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestMemory holds 64 MiB against a bound of 32.
func TestMemory(t *testing.T) {
	stopped := make(chan string, 1)
	old := stop
	defer func() { stop = old }()
	stop = func(why string) { stopped <- why }
	bomb := make([]byte, 64<<20)
	go watch(32<<20, time.Millisecond)
	require.Equal(t, "the heap is over 32 MiB", <-stopped)
	runtime.KeepAlive(bomb)
}

func TestInputInTime(t *testing.T) {
	done := Input()
	done()
}
