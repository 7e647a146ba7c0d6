package clock

import (
	"reflect"
	"testing"
	"time"
)

// TestOtherLayoutsAreRefused compares the view of a ticker with types that are almost alike.
func TestOtherLayoutsAreRefused(t *testing.T) {
	type list struct {
		Timers []interface{ Next() time.Time }
	}
	type empty struct{ Timers []any }
	type numbers struct{ Timers []int }
	type view struct{ Timers []waiting }
	type other struct {
		Others []interface{ Next() time.Time }
	}
	type longer struct {
		Timers []interface{ Next() time.Time }
		More   int
	}
	for _, test := range []struct {
		real reflect.Type
		same bool
	}{
		{reflect.TypeFor[list](), true},
		{reflect.TypeFor[empty](), false},
		{reflect.TypeFor[numbers](), false},
		{reflect.TypeFor[other](), false},
		{reflect.TypeFor[longer](), false},
	} {
		if err := sameLayout(test.real, reflect.TypeFor[view]()); (err == nil) != test.same {
			t.Errorf("%v: %v", test.real, err)
		}
	}
	if err := sameLayout(reflect.TypeFor[tickerView](), reflect.TypeFor[timerView]()); err == nil {
		t.Error("a ticker counts as a timer")
	}
}
