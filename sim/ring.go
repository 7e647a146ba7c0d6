package sim

// Ring is a growing circular buffer, first in, first out: the loop's ready queue, and for vocabularies what asyncio
// uses collections.deque for. It allocates only when it grows. The zero Ring is empty.
type Ring[T any] struct {
	buf  []T // its length is a power of two
	head int // of the oldest element
	n    int
}

// Len returns how many elements are in r.
func (r *Ring[T]) Len() int { return r.n }

// Push appends x.
func (r *Ring[T]) Push(x T) {
	if r.n == len(r.buf) {
		r.grow()
	}
	r.buf[(r.head+r.n)&(len(r.buf)-1)] = x
	r.n++
}

// PushFront puts x before the oldest element.
func (r *Ring[T]) PushFront(x T) {
	if r.n == len(r.buf) {
		r.grow()
	}
	r.head = (r.head - 1) & (len(r.buf) - 1)
	r.buf[r.head] = x
	r.n++
}

// Pop removes and returns the oldest element. The ring must not be empty.
func (r *Ring[T]) Pop() T {
	var zero T
	x := r.buf[r.head]
	r.buf[r.head] = zero
	r.head = (r.head + 1) & (len(r.buf) - 1)
	r.n--
	return x
}

// At returns the i-th oldest element.
func (r *Ring[T]) At(i int) T { return r.buf[(r.head+i)&(len(r.buf)-1)] }

// set puts x in the place of the i-th oldest element.
func (r *Ring[T]) set(i int, x T) { r.buf[(r.head+i)&(len(r.buf)-1)] = x }

// insert moves the youngest element to the i-th place; the others keep their order.
func (r *Ring[T]) insert(i int) {
	x := r.At(r.n - 1)
	for at := r.n - 1; at > i; at-- {
		r.set(at, r.At(at-1))
	}
	r.set(i, x)
}

// Take removes and returns the i-th oldest element; the others keep their order. It takes time in proportion to the
// number of elements on the shorter side of it.
func (r *Ring[T]) Take(i int) T {
	x := r.At(i)
	if i <= r.n/2 {
		for ; i > 0; i-- {
			r.set(i, r.At(i-1))
		}
		r.Pop()
		return x
	}
	for ; i < r.n-1; i++ {
		r.set(i, r.At(i+1))
	}
	var zero T
	r.set(i, zero)
	r.n--
	return x
}

// clear removes all elements.
func (r *Ring[T]) clear() {
	if r.n > 0 {
		clear(r.buf)
	}
	r.head, r.n = 0, 0
}

func (r *Ring[T]) grow() {
	buf := make([]T, max(16, 2*len(r.buf)))
	copy(buf, r.buf[r.head:])
	copy(buf[len(r.buf)-r.head:], r.buf[:r.head])
	r.buf, r.head = buf, 0
}
