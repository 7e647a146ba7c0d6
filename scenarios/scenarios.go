// Package scenarios holds named programs:
//
//   - ex_5_1 to ex_5_6 are those of a tutorial on asyncio: what they print, and when, is compared with what CPython
//     printed.
//   - sct/... are programs of the literature, each with one bug, by which the search for failing orders is measured.
//   - races/... are bugs that programs of asyncio have, and that asyncio's own order hides.
//   - clock/... is code that takes a clock.Clock of github.com/benbjohnson/clock, through a year of virtual time; one of
//     them has a bug.
//
// [All] is a registry of them, to which a program can add its own; package cmd makes a command of a registry.
package scenarios

import (
	"fmt"
	"slices"
	"strings"

	aio "github.com/asyncsim/asyncsim/primitives"
)

// Scenario is a program with a name.
type Scenario struct {
	Name   string
	Intent string // what it shows, in one line
	// Main is the program. For one with parameters it is what New makes of their defaults.
	Main func(co *aio.Co) error
	// Params are the parameters of the program, and New makes the program for their values; both or neither are given.
	Params []Param
	New    func(args Args) func(co *aio.Co) error
	// Fails is the error that Main is meant to end with; nil if it is meant to succeed.
	Fails error
	// Buggy says that the program fails in some order of its tasks. It is not one of "all", which are meant to succeed.
	Buggy bool
	// Apart says that the program is not one of "all" either, though it succeeds: it is run by its name.
	Apart bool
}

// Registry finds scenarios by name. The zero Registry is empty.
type Registry struct {
	byName map[string]Scenario
	names  []string
}

// All returns a new registry of the scenarios of this package.
func All() *Registry {
	r := new(Registry)
	for _, s := range tutorial {
		r.mustAdd(s)
	}
	for _, s := range clocks {
		s.Apart = true
		r.mustAdd(s)
	}
	for _, buggy := range [...][]Scenario{sct[:], races[:]} {
		for _, s := range buggy {
			s.Buggy = true
			r.mustAdd(s)
		}
	}
	return r
}

func (r *Registry) mustAdd(s Scenario) {
	if err := r.Add(s); err != nil {
		panic(err) // found by every test
	}
}

// Add adds a scenario. It returns an error for one that has no name, or a name that is not one word, or a name that is
// taken; for one that has neither Main nor New, or both; and for parameters that cannot be right.
func (r *Registry) Add(s Scenario) error {
	switch {
	case s.Name == "" || strings.ContainsAny(s.Name, " \t\n") || strings.HasPrefix(s.Name, "-"):
		return fmt.Errorf("scenario %q: the name must be one word that is no flag", s.Name)
	case s.Name == "all":
		return fmt.Errorf("scenario %q: the name stands for all scenarios", s.Name)
	case s.Main == nil && s.New == nil:
		return fmt.Errorf("scenario %q has no Main", s.Name)
	case s.Main != nil && s.New != nil:
		return fmt.Errorf("scenario %q has both Main and New", s.Name)
	}
	if err := s.checkParams(); err != nil {
		return err
	}
	if _, taken := r.byName[s.Name]; taken {
		return fmt.Errorf("scenario %q: the name is taken", s.Name)
	}
	if s.New != nil {
		s.Params = slices.Clone(s.Params)
		s.Main = s.New(s.defaults())
	}
	if r.byName == nil {
		r.byName = map[string]Scenario{}
	}
	r.byName[s.Name] = s
	r.names = append(r.names, s.Name)
	slices.Sort(r.names)
	return nil
}

// Lookup returns the scenario of that name.
func (r *Registry) Lookup(name string) (Scenario, bool) {
	s, ok := r.byName[name]
	return s, ok
}

// Names returns the names of the scenarios, sorted.
func (r *Registry) Names() []string { return slices.Clone(r.names) }
