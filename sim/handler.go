package sim

import (
	"fmt"
	"time"
)

// ExceptionContext tells an exception handler what went wrong (the context of asyncio's call_exception_handler).
type ExceptionContext struct {
	Message   string
	Exception error
	Object    string        // the task, future or callback that it is about, by its stable name
	Source    any           // the object itself, where the vocabulary gives it
	Time      time.Duration // virtual time; filled in by CallExceptionHandler
	Context   *Context      // the handler runs in this context; nil is the current one
}

func (c ExceptionContext) String() string {
	s := fmt.Sprintf("at %v: %s", c.Time, c.Message)
	if c.Object != "" {
		s += ": " + c.Object
	}
	if c.Exception != nil {
		s += fmt.Sprintf(": %v", c.Exception)
	}
	return s
}

// ExceptionHandler is told of exceptions that have nowhere else to go.
type ExceptionHandler func(l *Loop, c ExceptionContext)

// SetExceptionHandler makes h the loop's exception handler; nil restores the default one.
func (l *Loop) SetExceptionHandler(h ExceptionHandler) { l.handler = h }

// ExceptionHandler returns the handler that was set, or nil.
func (l *Loop) ExceptionHandler() ExceptionHandler { return l.handler }

// DefaultExceptionHandler writes one line to Config.Log.
func (l *Loop) DefaultExceptionHandler(c ExceptionContext) {
	if !l.heed() {
		return
	}
	fmt.Fprintf(l.config.Log, "%v\n", c)
}

// CallExceptionHandler calls the loop's exception handler, at once. A callback that fails calls it where asyncio's
// callback would raise.
func (l *Loop) CallExceptionHandler(c ExceptionContext) {
	if !l.heed() {
		return
	}
	c.Time = l.Now()
	if l.trace != nil {
		e := Event{Kind: Exception, Object: c.Object, Text: c.Message}
		if c.Exception != nil {
			e.Text += ": " + c.Exception.Error()
		}
		l.Emit(e)
		if !l.heed() { // the tracer took too long
			return
		}
	}
	if l.handler == nil {
		l.DefaultExceptionHandler(c)
		return
	}
	if c.Context != nil {
		at := &l.context
		if l.current != nil {
			at = &l.current.ctx
		}
		defer func(before *Context) { *at = before }(*at)
		*at = c.Context
	}
	l.handler(l, c)
}
