package scenarios

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Param is a parameter of a scenario: a number that is at least Min.
type Param struct {
	Name         string
	Default, Min int
}

// ParamsText returns the parameters with their defaults, in one line.
func (s Scenario) ParamsText() string {
	texts := make([]string, len(s.Params))
	for i, p := range s.Params {
		texts[i] = fmt.Sprintf("%s=%d", p.Name, p.Default)
	}
	return strings.Join(texts, ", ")
}

// Args are the values of all parameters of a scenario, by their names.
type Args map[string]int

// With returns the scenario with other values for some of its parameters; the others keep their defaults. It returns an
// error for a parameter that the scenario does not have, and for a value that is too small.
func (s Scenario) With(args Args) (Scenario, error) {
	all := s.defaults()
	for _, name := range slices.Sorted(maps.Keys(args)) {
		if _, known := all[name]; !known {
			return s, fmt.Errorf("scenario %q has no parameter %q: %s", s.Name, name, s.paramsHint())
		}
	}
	for _, p := range s.Params {
		value, given := args[p.Name]
		if !given {
			continue
		}
		if value < p.Min {
			return s, fmt.Errorf("scenario %q: %s=%d: it must be at least %d", s.Name, p.Name, value, p.Min)
		}
		all[p.Name] = value
	}
	if s.New != nil {
		s.Main = s.New(all)
	}
	return s, nil
}

func (s Scenario) defaults() Args {
	args := Args{}
	for _, p := range s.Params {
		args[p.Name] = p.Default
	}
	return args
}

func (s Scenario) paramsHint() string {
	if len(s.Params) == 0 {
		return "it has none"
	}
	names := make([]string, len(s.Params))
	for i, p := range s.Params {
		names[i] = p.Name
	}
	return "it has " + strings.Join(names, ", ")
}

// checkParams returns an error for parameters that cannot be right.
func (s Scenario) checkParams() error {
	if (len(s.Params) == 0) != (s.New == nil) {
		return fmt.Errorf("scenario %q: New and Params go together", s.Name)
	}
	seen := map[string]bool{}
	for _, p := range s.Params {
		switch {
		case p.Name == "" || strings.ContainsAny(p.Name, " \t\n=,"):
			return fmt.Errorf("scenario %q: parameter %q: the name must be one word", s.Name, p.Name)
		case seen[p.Name]:
			return fmt.Errorf("scenario %q: parameter %q is there twice", s.Name, p.Name)
		case p.Default < p.Min:
			return fmt.Errorf("scenario %q: parameter %q: the default %d is below %d", s.Name, p.Name, p.Default, p.Min)
		}
		seen[p.Name] = true
	}
	return nil
}
