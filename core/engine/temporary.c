#include "engine/temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int temporary_open(const char *folder, struct error *error)
{
	int file = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (file < 0) { /* file systems without O_TMPFILE */
		char path[4200];

		snprintf(path, sizeof(path), "%s/luodi-XXXXXX", folder);
		file = mkostemp(path, O_CLOEXEC);
		if (file >= 0)
			unlink(path);
	}
	if (file < 0)
		error_set(error, ERROR_READ_ONLY, "", "数据文件夹里建不了暂存文件：%s", strerror(errno));
	return file;
}
