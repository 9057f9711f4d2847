package spec

import (
	"errors"
	"slices"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
)

// CheckTable says what is wrong with the options of a table's drivers: an option without help, example or change
// class, a default or example that isn't valid, a driver named as an option, a driver's flag that is every host's,
// and a flag shared by two drivers with another type or meaning. It is for the tests of whoever makes a table.
func CheckTable(table drivers.Table) error {
	all := Options(table)
	var errs []error
	for i, o := range all {
		errs = append(errs, o.checkWords(), checkExample(table, o), checkShared(all[:i], o))
		if _, isDriver := table.Find(keysBelow("", []slot{{Option: o}})[0]); isDriver && o.Driver == "" {
			errs = append(errs, field.Errorf(o.Path, "is the name of a driver, too"))
		}
	}
	return errors.Join(errs...)
}

// checkWords misses what each surface has to say of an option.
func (o Option) checkWords() error {
	var errs []error
	if o.Help == "" {
		errs = append(errs, field.Errorf(o.Path, "has no help"))
	}
	if !slices.Contains(Changes(), o.Change) {
		errs = append(errs, field.Errorf(o.Path, "change %s", notOneOf(o.Change, Changes())))
	}
	if o.Example == "" && len(o.Values) == 0 && o.Type != Bool {
		errs = append(errs, field.Errorf(o.Path, "has no example"))
	}
	for _, f := range o.Fields {
		errs = append(errs, field.Under(o.Path, f.checkWords()))
	}
	return errors.Join(errs...)
}

// checkExample sets the default and the example as a user would.
func checkExample(table drivers.Table, o Option) error {
	driver := o.Driver
	if driver == "" {
		driver = table.Names()[0]
	}
	h, err := New(table, driver)
	if err != nil || o.Path == "driver" {
		return err
	}
	return errors.Join(h.Set(o.Path, o.Default), h.Set(o.Path, o.Example))
}

// checkShared compares an option with those before it that have its flag.
func checkShared(before []Option, o Option) error {
	for _, b := range before {
		if b.Flag != o.Flag || o.Flag == "" {
			continue
		}
		if b.Driver == "" || b.Driver == o.Driver {
			return field.Errorf(o.Path, "the flag --%s is that of %s", o.Flag, b.Path)
		}
		if b.Type != o.Type || b.Help != o.Help || b.Unit != o.Unit || b.Default != o.Default {
			return field.Errorf(o.Path, "shares the flag --%s with %s, and has another type, unit, default or meaning", o.Flag, b.Path)
		}
	}
	return nil
}
