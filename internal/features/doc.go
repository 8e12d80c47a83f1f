// Package features holds the README's table of nnsight's features to the tests
// that it names.
package features
