package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/opendsom/dsom/somd"
)

const (
	placeLibrary = "libdsom-place.so"
	envPlace     = "DSOM_PLACE_LIBRARY"
)

type classPlaceCmd struct {
	Dir   string   `required:"" placeholder:"DIR" help:"Folder that is made for SOM_PATH."`
	Class []string `arg:"" name:"class" help:"CLASS=URL: a class, and the server that makes its objects."`
}

func (classPlaceCmd) Help() string {
	return `Makes a folder by which programs in C and C++ have a class elsewhere, without being compiled again: with the folder first in SOM_PATH,
they find there what stands for the class, and its objects are made by the server that the URL names (dsom server run). What a
placement is is a text file, named placement, that may be edited. A class that is not in it is loaded as ever.

The folder's links lead to libdsom-place.so, which stands beside dsom or where DSOM_PLACE_LIBRARY says.

Example:

    dsom class place --dir placed Dog=corbaname::localhost#somd/dogs
    SOM_PATH=placed:lib ./client`
}

func (v classPlaceCmd) Run(c *console) error {
	library, err := beside(envPlace, placeLibrary)
	if err != nil {
		return fmt.Errorf("the library that stands for classes elsewhere is not there: %w\nBuild it with: go build -buildmode=c-shared -o %s ./bind/somd/place", err, placeLibrary)
	}
	var text strings.Builder
	fmt.Fprintf(&text, "# Where classes are: a class and its server in each line.\n")
	for _, word := range v.Class {
		class, url, ok := strings.Cut(word, "=")
		if !ok || class == "" || url == "" {
			return usage("%q is no CLASS=URL, such as Dog=corbaname::localhost#somd/dogs", word)
		}
		fmt.Fprintf(&text, "%s %s\n", class, url)
	}
	file := filepath.Join(v.Dir, somd.PlacementFile)
	p, err := somd.ParsePlacement(file, text.String())
	if err != nil {
		return usage("%v", err)
	}
	if err := os.MkdirAll(v.Dir, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(file, []byte(text.String()), 0o644); err != nil {
		return err
	}
	for _, class := range p.Classes {
		link := filepath.Join(v.Dir, somd.LibraryNames(class.Class)[0])
		if err := os.Remove(link); err != nil && !os.IsNotExist(err) {
			return err
		}
		if err := os.Symlink(library, link); err != nil {
			return err
		}
		c.printf("%s is at %s\n", class.Class, class.URL)
	}
	return nil
}
