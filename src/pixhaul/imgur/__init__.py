"""What Imgur's addresses and answers mean: pure rules, and the one part that asks its API and waits when told to."""
