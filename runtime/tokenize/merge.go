package tokenize

// symbol is a token on its way to being joined, in a list linked both ways.
type symbol struct {
	id         uint32
	prev, next int // -1: none
	gone       bool
}

// join carries out the merge rules on a piece: the rule of least rank first,
// the leftmost place first. A heap of places keeps it at n log n, so that a
// piece of a hundred thousand characters takes no time.
func (b *bpe) join(ids []uint32) []uint32 {
	if len(ids) < 2 || len(b.merges) == 0 {
		return ids
	}
	list := make([]symbol, len(ids))
	for i, id := range ids {
		list[i] = symbol{id: id, prev: i - 1, next: i + 1}
	}
	list[len(list)-1].next = -1
	var places queue
	offer := func(left int) {
		if left < 0 || list[left].next < 0 {
			return
		}
		if m, ok := b.merges[[2]uint32{list[left].id, list[list[left].next].id}]; ok {
			places.push(uint64(m.rank)<<32 | uint64(left))
		}
	}
	for i := range list {
		offer(i)
	}
	for len(places) > 0 {
		top := places.pop()
		left, made := &list[uint32(top)], b.joined[top>>32]
		if left.gone || left.next < 0 {
			continue
		}
		right := &list[left.next]
		if m, ok := b.merges[[2]uint32{left.id, right.id}]; !ok || m.id != made {
			continue // the place has changed since it was offered
		}
		left.id, left.next, right.gone = made, right.next, true
		if right.next >= 0 {
			list[right.next].prev = int(uint32(top))
		}
		offer(left.prev)
		offer(int(uint32(top)))
	}
	out := ids[:0]
	for i := 0; i >= 0; i = list[i].next {
		out = append(out, list[i].id)
	}
	return out
}

// queue is a heap of places, each its rule's rank above its position: the
// least number is what comes first.
type queue []uint64

func (q *queue) push(v uint64) {
	h := append(*q, v)
	i := len(h) - 1
	for i > 0 && h[(i-1)/2] > v {
		h[i] = h[(i-1)/2]
		i = (i - 1) / 2
	}
	h[i] = v
	*q = h
}

func (q *queue) pop() uint64 {
	h := *q
	top, last := h[0], h[len(h)-1]
	h = h[:len(h)-1]
	i := 0
	for 2*i+1 < len(h) {
		child := 2*i + 1
		if child+1 < len(h) && h[child+1] < h[child] {
			child++
		}
		if h[child] >= last {
			break
		}
		h[i] = h[child]
		i = child
	}
	if len(h) > 0 {
		h[i] = last
	}
	*q = h
	return top
}
