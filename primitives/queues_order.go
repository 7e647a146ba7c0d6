package aio

// order is how the items of a queue leave that is not first in, first out.
type order[T any] interface {
	len() int
	push(item T)
	pop() T
}

// stack is the order of a LIFO queue.
type stack[T any] struct{ items []T }

func (s *stack[T]) len() int    { return len(s.items) }
func (s *stack[T]) push(item T) { s.items = append(s.items, item) }

func (s *stack[T]) pop() T {
	var zero T
	last := len(s.items) - 1
	item := s.items[last]
	s.items[last] = zero
	s.items = s.items[:last]
	return item
}

// priorities is the order of a priority queue. It is a binary heap that makes the same moves as Python's heapq, because
// they show: in the order in which equal items leave.
type priorities[T any] struct {
	stack[T]
	less func(a, b T) bool
}

func (p *priorities[T]) push(item T) {
	p.stack.push(item)
	p.rise(item, len(p.items)-1)
}

func (p *priorities[T]) pop() T {
	last := p.stack.pop()
	if len(p.items) == 0 {
		return last
	}
	least := p.items[0]
	p.sink(last)
	return least
}

// sink takes an item from the root to a leaf, always past the lesser child, and then up to its place: heapq's way, which
// compares less often than one that looks for the place on the way down.
func (p *priorities[T]) sink(item T) {
	i, n := 0, len(p.items)
	for child := 1; child < n; child = 2*i + 1 {
		if right := child + 1; right < n && !p.less(p.items[child], p.items[right]) {
			child = right
		}
		p.items[i] = p.items[child]
		i = child
	}
	p.rise(item, i)
}

// rise places an item at i or above it, as long as it is less than its parent.
func (p *priorities[T]) rise(item T, i int) {
	for i > 0 {
		parent := (i - 1) / 2
		if !p.less(item, p.items[parent]) {
			break
		}
		p.items[i] = p.items[parent]
		i = parent
	}
	p.items[i] = item
}
