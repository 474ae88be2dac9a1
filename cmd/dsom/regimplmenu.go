package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	somclient "github.com/opendsom/dsom/svc/somdd/client"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// maxAnswer is how many octets a line may have that somebody types.
const maxAnswer = 64 << 10

// A regimplMenu is what regimpl is without options: numbers to choose from, and questions. Numbers, and the order of questions, are those of DSOM's, so that files
// of answers go on to work.
type regimplMenu struct {
	c     *console
	repo  *somclient.Repository
	told  func(what string, err error) error
	lines <-chan string // of who answers
	ended <-chan error  // why there are no more, at their end
}

// errNoMore says that nobody answers any more.
var errNoMore = errors.New("the input has ended")

const regimplText = `
[ IMPLEMENTATION OPERATIONS ]
  1.Add       2.Delete   3.Change
  4.Show one  5.Show all 6.List aliases
[ CLASS OPERATIONS ]
  7.Add       8.Delete   9.Delete from all  10.List classes
[ SAVE & EXIT OPERATIONS ]
 11.Save data 12.Exit
`

// menu runs the menu until it is left, or the input ends.
func (v regimplCmd) menu(ctx context.Context, c *console, d *somdClient, repo *somclient.Repository) error {
	reading, cancel := context.WithCancel(ctx)
	defer cancel()
	lines, ended := readLines(reading, c.in)
	m := &regimplMenu{c: c, repo: repo, told: d.told, lines: lines, ended: ended}
	c.printf("DSOM IMPLEMENTATION REGISTRATION UTILITY\n")
	for {
		c.printf("%s", regimplText)
		n, err := m.ask(ctx, "Enter operation: ")
		if errors.Is(err, errNoMore) || err == nil && n == "12" {
			return nil
		}
		if err != nil {
			return err
		}
		if err := m.do(ctx, n); errors.Is(err, errNoMore) || ctx.Err() != nil {
			return err
		} else if err != nil { // what one operation came to does not end the others
			c.printf("%s\n", safe(err.Error()))
		}
	}
}

// readLines reads lines in the background: a read from a terminal cannot be ended, and ctx may be.
func readLines(ctx context.Context, in io.Reader) (<-chan string, <-chan error) {
	lines, ended := make(chan string), make(chan error, 1)
	go func() {
		defer close(lines)
		s := bufio.NewScanner(in)
		s.Buffer(nil, maxAnswer)
		for s.Scan() {
			select {
			case lines <- s.Text():
			case <-ctx.Done():
				return
			}
		}
		ended <- s.Err()
	}()
	return lines, ended
}

// ask asks for a line.
func (m *regimplMenu) ask(ctx context.Context, question string) (string, error) {
	m.c.printf("%s", question)
	select {
	case line, ok := <-m.lines:
		if ok {
			return strings.TrimSpace(line), nil
		}
		m.c.printf("\n")
		select {
		case err := <-m.ended:
			if errors.Is(err, bufio.ErrTooLong) {
				return "", fmt.Errorf("an answer has more than %d octets", maxAnswer)
			}
			if err != nil {
				return "", err
			}
		default:
		}
		return "", errNoMore
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// name asks for something that may not be empty.
func (m *regimplMenu) name(ctx context.Context, question string) (string, error) {
	s, err := m.ask(ctx, question)
	if err == nil && s == "" {
		err = errors.New("nothing was entered, and nothing is done")
	}
	return s, err
}

// text asks for a text; an empty line leaves what is there, std if that is nothing.
func (m *regimplMenu) text(ctx context.Context, what string, to *string, std string) error {
	now := *to
	if now == "" {
		now = std
	}
	s, err := m.ask(ctx, fmt.Sprintf("Enter %s (default: %s): ", what, safe(now)))
	if err == nil && s != "" {
		*to = s
	}
	return err
}

// yes asks whether something is so, until that is said. An empty line leaves it.
func (m *regimplMenu) yes(ctx context.Context, question string, now bool) (bool, error) {
	std := "no"
	if now {
		std = "yes"
	}
	for {
		s, err := m.ask(ctx, fmt.Sprintf("%s [y/n] (default: %s): ", question, std))
		if err != nil {
			return false, err
		}
		switch strings.ToLower(s) {
		case "":
			return now, nil
		case "y", "yes":
			return true, nil
		case "n", "no":
			return false, nil
		}
	}
}

// do carries out an operation of the menu.
func (m *regimplMenu) do(ctx context.Context, operation string) error {
	n, err := strconv.Atoi(operation)
	if err != nil || n < 1 || n > 11 {
		return fmt.Errorf("%q is none of 1 to 12", operation)
	}
	switch n {
	case 1:
		return m.add(ctx)
	case 2:
		return m.delete(ctx)
	case 3:
		return m.change(ctx)
	case 4:
		d, err := m.one(ctx)
		if err != nil {
			return err
		}
		return m.show(ctx, d)
	case 5:
		all, err := m.repo.All(ctx)
		for i := 0; err == nil && i < len(all); i++ {
			err = m.show(ctx, all[i])
		}
		return m.told("the implementation repository", err)
	case 6:
		all, err := m.repo.All(ctx)
		for _, d := range all {
			m.c.printf("%s\n", safe(d.Alias))
		}
		return m.told("the implementation repository", err)
	case 7:
		return m.class(ctx, "now associated with", m.repo.AddClass)
	case 8:
		return m.class(ctx, "no more associated with", m.repo.RemoveClass)
	case 9:
		class, err := m.name(ctx, "Enter name of class: ")
		if err != nil {
			return err
		}
		return m.told(class, m.repo.RemoveClassFromAll(ctx, class))
	case 10:
		d, err := m.one(ctx)
		if err != nil {
			return err
		}
		all, err := m.repo.Classes(ctx, d.ID)
		for _, class := range all {
			m.c.printf("%s\n", safe(class))
		}
		return m.told(d.Alias, err)
	}
	m.c.printf("All is saved: each change was, when it was made.\n")
	return nil
}

// one asks for a server that is registered.
func (m *regimplMenu) one(ctx context.Context) (wire.Definition, error) {
	alias, err := m.name(ctx, "Enter alias of implementation: ")
	if err != nil {
		return wire.Definition{}, err
	}
	d, err := m.repo.ByAlias(ctx, alias)
	return d, m.told(alias, err)
}

// questions asks for what a definition says besides its alias.
func (m *regimplMenu) questions(ctx context.Context, d *wire.Definition) error {
	if err := m.text(ctx, "server program name", &d.Program, "somdsvr"); err != nil {
		return err
	}
	threads, err := m.yes(ctx, "Allow multiple threads in the server?", d.Flags&wire.MultiThread != 0)
	if err != nil {
		return err
	}
	d.Flags &^= wire.MultiThread
	if threads {
		d.Flags |= wire.MultiThread
	}
	if err := m.text(ctx, "server class", &d.ServerClass, "SOMDServer"); err != nil {
		return err
	}
	if err := m.text(ctx, "object reference file name", &d.RefDataFile, "none"); err != nil {
		return err
	}
	return m.text(ctx, "host machine name", &d.HostName, "localhost")
}

func (m *regimplMenu) add(ctx context.Context) error {
	d := wire.Definition{ID: wire.NewID().String(), Protocols: wire.TCPIP}
	var err error
	if d.Alias, err = m.name(ctx, "Enter an alias for new implementation: "); err != nil {
		return err
	}
	if err := m.questions(ctx, &d); err != nil {
		return err
	}
	m.c.printf("\nThis is to be added:\n\n")
	m.c.showDefinition(regimplServer{Definition: d})
	if yes, err := m.yes(ctx, "\nAdd?", false); err != nil || !yes {
		return err
	}
	if _, err = m.repo.Maker(ctx); err == nil { // as DSOM's own does, before it has a definition made
		err = m.repo.Add(ctx, d)
	}
	if err == nil {
		m.c.printf("Implementation %s is registered.\n", safe(d.Alias))
		m.c.heeded(d)
	}
	return m.told(d.Alias, err)
}

func (m *regimplMenu) delete(ctx context.Context) error {
	d, err := m.one(ctx)
	if err != nil {
		return err
	}
	if yes, err := m.yes(ctx, "Delete "+safe(d.Alias)+"?", false); err != nil || !yes {
		return err
	}
	return m.told(d.Alias, m.repo.Remove(ctx, d.ID))
}

func (m *regimplMenu) change(ctx context.Context) error {
	d, err := m.one(ctx)
	if err != nil {
		return err
	}
	if err := m.questions(ctx, &d); err != nil {
		return err
	}
	if yes, err := m.yes(ctx, "Change "+safe(d.Alias)+"?", false); err != nil || !yes {
		return err
	}
	err = m.repo.Update(ctx, d)
	if err == nil {
		m.c.heeded(d)
	}
	return m.told(d.Alias, err)
}

// show prints a definition with its classes.
func (m *regimplMenu) show(ctx context.Context, d wire.Definition) error {
	classes, err := m.repo.Classes(ctx, d.ID)
	if err != nil && !notThere(err) { // somdd has not all operations
		return m.told(d.Alias, err)
	}
	m.c.printf("\n")
	m.c.showDefinition(regimplServer{d, slices.Clone(classes)})
	return nil
}

// class asks for a class and a server, and changes whether that has the class's objects.
func (m *regimplMenu) class(ctx context.Context, how string, change func(ctx context.Context, id, class string) error) error {
	class, err := m.name(ctx, "Enter name of class: ")
	if err != nil {
		return err
	}
	d, err := m.one(ctx)
	if err != nil {
		return err
	}
	if err := change(ctx, d.ID, class); err != nil {
		return m.told(d.Alias, err)
	}
	m.c.printf("Class %s is %s implementation %s.\n", safe(class), how, safe(d.Alias))
	return nil
}
