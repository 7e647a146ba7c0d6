package clock

import (
	"fmt"
	"reflect"
	"sync"
	"time"
	"unsafe"

	"github.com/benbjohnson/clock"
)

// The views are the memory of the clock library's types, whose fields it does not export: sameLayouts compares them.
type (
	mockView struct {
		mu     sync.Mutex
		now    time.Time
		timers []waiting
	}
	// waiting is one of the mock's timers, an interface that holds a *Timer or a *Ticker.
	waiting struct {
		kind uintptr // the same for all of a kind
		what unsafe.Pointer
	}
	timerView struct {
		C       <-chan time.Time
		c       chan time.Time
		timer   *time.Timer
		next    time.Time
		mock    *clock.Mock
		fn      func()
		stopped bool
	}
	tickerView struct {
		C       <-chan time.Time
		c       chan time.Time
		ticker  *time.Ticker
		next    time.Time
		mock    *clock.Mock
		d       time.Duration
		stopped bool
	}
)

// sameLayouts returns an error where the library's types are not laid out as expected.
func sameLayouts() error {
	for _, pair := range [][2]reflect.Type{
		{reflect.TypeFor[clock.Mock](), reflect.TypeFor[mockView]()},
		{reflect.TypeFor[clock.Timer](), reflect.TypeFor[timerView]()},
		{reflect.TypeFor[clock.Ticker](), reflect.TypeFor[tickerView]()},
	} {
		if err := sameLayout(pair[0], pair[1]); err != nil {
			return err
		}
	}
	return nil
}

// sameLayout compares two struct types field by field. The list of timers is of a type that cannot be named; its
// elements must be interfaces.
func sameLayout(real, view reflect.Type) error {
	same := real.NumField() == view.NumField() && real.Size() == view.Size()
	for i := 0; same && i < real.NumField(); i++ {
		r, v := real.Field(i), view.Field(i)
		same = r.Name == v.Name && r.Offset == v.Offset &&
			(r.Type == v.Type || v.Type == reflect.TypeFor[[]waiting]() && areInterfaces(r.Type))
	}
	if !same {
		return fmt.Errorf("clock: %v is not laid out as in version 1.3.5", real)
	}
	return nil
}

// areInterfaces reports whether t is a slice of interfaces with methods.
func areInterfaces(t reflect.Type) bool {
	return t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Interface && t.Elem().NumMethod() > 0
}

func viewOfTimer(t *clock.Timer) *timerView { return (*timerView)(unsafe.Pointer(t)) }
