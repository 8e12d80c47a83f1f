package main

func cost(*session) error { return nil }
