package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/somd"
)

const (
	placeLibrary = "libdsom-place.so"
	envPlace     = "DSOM_PLACE_LIBRARY"
)

type classPlaceCmd struct {
	Dir   string   `required:"" placeholder:"DIR" help:"Folder that is made for SOM_PATH."`
	Class []string `arg:"" name:"class" help:"CLASS=URL: a class, and the server that makes its objects; or CLASS=process:LIBRARY or CLASS=program:FILE, for a process of the client's own."`
}

func (classPlaceCmd) Help() string {
	return `Makes a folder by which programs in C and C++ have a class elsewhere, without being compiled again: with the folder first in SOM_PATH,
they find there what stands for the class, and its objects are made by the server that the URL names (dsom server run). What a
placement is is a text file, named placement, that may be edited: classes that are placed later come beside the others. A class that is not in it
is loaded as ever.

CLASS=process:LIBRARY has the client start a process of its own for the class, which loads the library, is reached by nobody else, and ends with the client: a crash of
the library is an exception there, and the next call starts it again. No daemon is needed. CLASS=program:FILE is the same for a program that serves classes itself, such as classes in Go.

The servers are asked, for five seconds in all, whether what stands for a class will do all that the class does: methods of a class as an object (its metaclass's) are not sent
there, and a line on the standard error says so. A server that does not answer now is no error.

The folder's links lead to libdsom-place.so, which stands beside dsom or where DSOM_PLACE_LIBRARY says.

Example:

    dsom class place --dir placed Dog=corbaname::localhost#somd/dogs
    dsom class place --dir placed Dog=process:lib/libdog.so
    SOM_PATH=placed:lib ./client`
}

func (v classPlaceCmd) Run(ctx context.Context, c *console) error {
	library, err := beside(envPlace, placeLibrary)
	if err != nil {
		return fmt.Errorf("the library that stands for classes elsewhere is not there: %w\nBuild it with: go build -buildmode=c-shared -o %s ./bind/somd/place", err, placeLibrary)
	}
	file := filepath.Join(v.Dir, somd.PlacementFile)
	text, err := v.placement(file)
	if err != nil {
		return err
	}
	p, err := somd.ParsePlacement(file, text)
	if err != nil {
		return usage("%v", err)
	}
	var links []string
	names := []string{"libcosstream.so", "libcosobjectidentity.so"} // the classes of streams, which classes of objects that are copied descend from
	for _, class := range p.Classes {
		if err := class.Check(); err != nil { // by its name a link is made
			return usage("%v", err)
		}
		names = append(names, somd.LibraryNames(class.Class)[0])
	}
	for _, name := range names {
		link := filepath.Join(v.Dir, name)
		if ours, err := isPlaceLink(link, library); err != nil {
			return err
		} else if !ours {
			links = append(links, link)
		}
	}
	if err := replaceFile(file, []byte(text)); err != nil {
		return err
	}
	for _, link := range links {
		if err := replaceLink(library, link); err != nil {
			return err
		}
	}
	for _, class := range p.Classes {
		c.printf("%s is at %s\n", class.Class, class.URL)
	}
	v.warn(ctx, c, p.Classes)
	return nil
}

// askTime is how long servers are asked what their classes are.
const askTime = 5 * time.Second

// warn tells what of the classes that are placed now programs will lack, as far as their servers say it.
func (v classPlaceCmd) warn(ctx context.Context, c *console, classes []somd.Place) {
	o, err := newClient(cdr.V12)
	if err != nil {
		return
	}
	defer func() { _ = o.Shutdown(context.Background()) }()
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	texts := make([]string, len(classes))
	var wg sync.WaitGroup
	for i, p := range classes {
		if slices.ContainsFunc(v.Class, func(word string) bool { return strings.HasPrefix(word, p.Class+"=") }) {
			wg.Go(func() { texts[i], _ = somd.Lacking(ctx, o, p) })
		}
	}
	wg.Wait()
	for _, text := range texts {
		if text != "" {
			c.note("%s", text)
		}
	}
}

// placement returns the text of the placement file with the classes: each stands in the place of what was said of it, and other lines stay.
func (v classPlaceCmd) placement(file string) (string, error) {
	lines := []string{"# Where classes are: a class and its server in each line."}
	old, err := os.ReadFile(file)
	if err != nil && !os.IsNotExist(err) {
		return "", err
	}
	if err == nil {
		lines = strings.Split(strings.TrimRight(string(old), "\n"), "\n")
	}
	given := map[string]bool{}
	for _, word := range v.Class {
		class, url, ok := strings.Cut(word, "=")
		if !ok || class == "" || url == "" {
			return "", usage("%q is no CLASS=URL, such as Dog=corbaname::localhost#somd/dogs", word)
		}
		if given[class] {
			return "", usage("class %s is placed twice", class)
		}
		given[class] = true
		if url, err = ownProcess(url); err != nil {
			return "", err
		}
		line := class + " " + url
		if i := slices.IndexFunc(lines, func(l string) bool { words := strings.Fields(l); return len(words) > 0 && words[0] == class }); i >= 0 {
			lines[i] = line
		} else {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n") + "\n", nil
}

// ownProcess has the file of a process of the client's own be found from everywhere.
func ownProcess(url string) (string, error) {
	scheme, file, _ := strings.Cut(url, ":")
	if scheme != "process" && scheme != "program" || file == "" {
		return url, nil
	}
	file, err := filepath.Abs(file)
	if err == nil {
		_, err = os.Stat(file)
	}
	if err != nil {
		return "", usage("%s: %v", url, err)
	}
	return scheme + ":" + file, nil
}

// isPlaceLink reports whether a file is the link to the library already. Anything else of the name but another link to such a library is an error: it is somebody's,
// as a class library itself.
func isPlaceLink(name, library string) (bool, error) {
	i, err := os.Lstat(name)
	if os.IsNotExist(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	to := ""
	if i.Mode()&os.ModeSymlink != 0 {
		if to, err = os.Readlink(name); err != nil {
			return false, err
		}
	}
	if to != library && filepath.Base(to) != placeLibrary {
		return false, usage("%s is there, and is no link to %s: give a folder with --dir that is for placements alone, not that of the libraries", name, placeLibrary)
	}
	return to == library, nil
}

// replaceLink makes a link, in the place of the one of its name.
func replaceLink(to, name string) error {
	if err := os.Remove(name); err != nil && !os.IsNotExist(err) {
		return err
	}
	return os.Symlink(to, name)
}
