// Package tests has a trace in a test.
package tests
