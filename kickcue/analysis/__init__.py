"""What looks at a whole recording. Pure: nothing here opens a file or a socket."""
