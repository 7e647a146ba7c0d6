// Package scenarios holds named programs. The first six are those of a tutorial on asyncio, ex_5_1 to ex_5_6: what they
// print, and when, is compared with what CPython printed.
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
	Main   func(co *aio.Co) error
	// Fails is the error that Main is meant to end with; nil if it is meant to succeed.
	Fails error
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
		if err := r.Add(s); err != nil {
			panic(err) // found by every test
		}
	}
	return r
}

// Add adds a scenario. It returns an error for one that has no name, or a name that is not one word, no Main, or a
// name that is taken.
func (r *Registry) Add(s Scenario) error {
	switch {
	case s.Name == "" || strings.ContainsAny(s.Name, " \t\n") || strings.HasPrefix(s.Name, "-"):
		return fmt.Errorf("scenario %q: the name must be one word that is no flag", s.Name)
	case s.Name == "all":
		return fmt.Errorf("scenario %q: the name stands for all scenarios", s.Name)
	case s.Main == nil:
		return fmt.Errorf("scenario %q has no Main", s.Name)
	}
	if _, taken := r.byName[s.Name]; taken {
		return fmt.Errorf("scenario %q: the name is taken", s.Name)
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
